/** The source of the answers in this playground. */
export type About =
  | { readonly answeredBy: 'documentation' }
  | { readonly answeredBy: 'endpoint'; readonly model: string; readonly host: string }
