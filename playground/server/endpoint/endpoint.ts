/** An OpenAI-compatible endpoint that answers instead of the documentation. */
export interface Endpoint {
  /** Where its API begins, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
  readonly model: string
}
