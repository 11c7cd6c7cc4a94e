/** The name of the tool that searches the documentation. */
export const searchTool = 'search'

/** The input of its calls. */
export interface SearchInput {
  readonly query: string
}

/** A section that was found. Its calls return a list of them, the best first. */
export interface SearchHit {
  readonly file: string
  readonly heading: string
  /** The section's path in the playground. */
  readonly url: string
}
