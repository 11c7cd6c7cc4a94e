/** Environment variables, also in a browser: Vitest provides this object there too. */
export const env = (import.meta as { env?: Record<string, string | undefined> }).env ?? {}
