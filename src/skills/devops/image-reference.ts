/** Names of container images and the variables in them. */

/** `registry:5000/team/app:1.2@sha256:…` in its parts. */
export interface ImageReference {
  /** With registry and path, without tag and digest. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export function parseImage(reference: string): ImageReference {
  const at = reference.indexOf('@');
  const digest = at === -1 ? undefined : reference.slice(at + 1);
  const rest = at === -1 ? reference : reference.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  return {
    name: hasTag ? rest.slice(0, colon) : rest,
    tag: hasTag ? rest.slice(colon + 1) : undefined,
    digest,
  };
}

/**
 * Puts values in place of `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`. Undefined when a variable has no
 * value, since the result is then not known.
 */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let isKnown = true;
  const expanded = text.replace(
    /\$(?:\{([A-Za-z_]\w*)(?:(:?[-+?])([^}]*))?\}|([A-Za-z_]\w*))/g,
    (
      _all,
      braced: string | undefined,
      operator: string | undefined,
      operand: string | undefined,
      bare: string | undefined,
    ) => {
      const value = values.get(braced ?? bare ?? '');
      if (operator?.endsWith('-') === true && (value === undefined || value === '')) return operand ?? '';
      if (operator?.endsWith('+') === true) return value === undefined || value === '' ? '' : (operand ?? '');
      if (value === undefined) isKnown = false;
      return value ?? '';
    },
  );
  return isKnown && !expanded.includes('$') ? expanded : undefined;
}
