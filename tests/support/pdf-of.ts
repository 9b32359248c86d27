/** Writes PDF files, good and bad. */

/** A file of these objects, numbered from 1; the first is the catalog. */
export function pdfOf(objects: readonly (string | Buffer)[], { isXrefBroken = false } = {}): Buffer {
  // The second line marks the file as binary, as real writers do.
  const parts = [Buffer.from('%PDF-1.4\n%\u00e2\u00e3\u0000\u00d3\n', 'latin1')];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object as string, 'latin1'),
      Buffer.from('\nendobj\n'),
    ]);
    offsets.push(length);
    length += part.length;
    parts.push(part);
  }
  const places = offsets.map(
    (offset) => `${String(isXrefBroken ? 99_999_999 : offset).padStart(10, '0')} 00000 n \n`,
  );
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${isXrefBroken ? 7 : length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

export interface PagesOptions {
  /** How many there are. @default 1 */
  readonly pages?: number;
  /** How many there are said to be. @default as many as there are */
  readonly promised?: number;
  /** The content of each page. @default one that says Hello */
  readonly content?: Buffer;
  /** The content's filter, such as `/FlateDecode`. */
  readonly filter?: string;
  /** What else the catalog has. */
  readonly catalog?: string;
  readonly isXrefBroken?: boolean;
}

/** Pages that all show the same. */
export function pagesPdf({
  pages = 1,
  promised = pages,
  content = Buffer.from('BT /F1 12 Tf 72 720 Td (Hello) Tj ET'),
  filter,
  catalog = '',
  isXrefBroken = false,
}: PagesOptions): Buffer {
  const kids = Array.from({ length: pages }, (_, index) => `${index + 5} 0 R`).join(' ');
  const filtered = filter === undefined ? '' : `/Filter ${filter}`;
  return pdfOf(
    [
      `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
      `<< /Type /Pages /Kids [${kids}] /Count ${promised} >>`,
      Buffer.concat([
        Buffer.from(`<< /Length ${content.length} ${filtered} >>\nstream\n`),
        content,
        Buffer.from('\nendstream'),
      ]),
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      ...Array.from(
        { length: pages },
        () =>
          '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R /Resources << /Font << /F1 4 0 R >> >> >>',
      ),
    ],
    { isXrefBroken },
  );
}
