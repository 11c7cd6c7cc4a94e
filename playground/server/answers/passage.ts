/** A piece of the documentation that can be quoted by itself. */
export interface Passage {
  /** Its place in reading order, over all files. */
  readonly id: number
  /** The file's path in the repository, with forward slashes. */
  readonly file: string
  /** The headings it stands under, outermost first. Empty before a file's first heading. */
  readonly headings: readonly string[]
  /** The anchor of the innermost heading. */
  readonly slug: string
  readonly kind: 'text' | 'code' | 'row'
  /** The source, as it is quoted. */
  readonly markdown: string
  /** What is searched: the same without marks. */
  readonly text: string
  /** For a row, the first two lines of its table. */
  readonly tableHead?: string
}
