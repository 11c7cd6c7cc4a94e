/** An OpenAI-compatible endpoint that answers instead of the documentation. */
export interface Endpoint {
  /** The base URL of its API, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
  readonly model: string
}
