/** A part of the documentation that can be quoted alone. */
export interface Passage {
  /** Its position in reading order, over all files. */
  readonly id: number
  /** The file's path in the repository, with forward slashes. */
  readonly file: string
  /** The headings above it, outermost first. Empty before a file's first heading. */
  readonly headings: readonly string[]
  /** The anchor of the innermost heading. */
  readonly slug: string
  readonly kind: 'text' | 'code' | 'row'
  /** The markdown source, for quotes. */
  readonly markdown: string
  /** The same text without markup, for the search. */
  readonly text: string
  /** For a row, the first two lines of its table. */
  readonly tableHead?: string
}
