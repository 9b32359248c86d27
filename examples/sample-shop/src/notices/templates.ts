/** Fills `{{name}}` from the values; unknown names stay, so that a reader sees what is missing. */
export function renderNotice(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w{1,40})\}\}/g, (whole, name: string) => values[name] ?? whole);
}

// TODO: use it for the order letters when they become HTML
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
