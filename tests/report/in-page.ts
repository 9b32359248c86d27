/** What the browser tests ask a page, as text: the project's types know no DOM. */

export const OPEN_ALL = `document.querySelectorAll('details').forEach((one) => { one.open = true; })`;

export const IDS = `[...document.querySelectorAll('[id]')].map(({ id }) => id)`;

/** Links that leave the page or lead nowhere in it. */
export const DEAD_LINKS = `[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))
  .filter((href) => !href.startsWith('#') || document.getElementById(href.slice(1)) === null)`;

export const HANDLERS = `[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())
  .filter((name) => name.startsWith('on'))`;

export const MESSAGES = `[...document.querySelectorAll('.message')].map((one) => one.textContent)`;

export const WIDTHS = `[document.documentElement.scrollWidth, document.documentElement.clientWidth]`;

export const HEADING_LEVELS = `[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(({ tagName }) => Number(tagName[1]))`;

export const OUTLINE = `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`;

export const SCRIPTS = `[...document.scripts].map(({ textContent }) => textContent)`;

export const FIRST_CLOSED = `document.querySelector('details.finding:not([open]) .body').id`;

/** Text whose contrast to what lies behind it is under 4.5 to 1, by the formula of WCAG 2. */
export const LOW_CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = rgba(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === '' || element.closest('svg') !== null) continue;
    seen += 1;
    let behind = element;
    while (behind !== document.documentElement && rgba(getComputedStyle(behind).backgroundColor)[3] < 255)
      behind = behind.parentElement;
    const front = light(getComputedStyle(element).color);
    const back = light(getComputedStyle(behind).backgroundColor);
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < 4.5) found.add(element.tagName + '.' + element.className + ' ' + ratio.toFixed(2));
  }
  return seen < 100 ? ['hardly any text was seen'] : [...found];
})()`;
