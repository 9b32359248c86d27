/** Old runtimes of the warehouse terminals lack `Array.prototype.at`. */
if (typeof Array.prototype.at !== 'function') {
  Object.defineProperty(Array.prototype, 'at', {
    value(this: unknown[], index: number): unknown {
      return this[index < 0 ? this.length + index : index];
    },
    writable: true,
    configurable: true,
  });
}

export {};
