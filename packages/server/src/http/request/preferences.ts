/** A name in a header such as `Accept`, and how much the client prefers it. */
export interface Preference {
  /** In lower case. */
  readonly name: string
  /** From 0, which means never, to 1. */
  readonly quality: number
}

/** The preferences in a header such as `Accept` or `Accept-Encoding`. */
export function preferencesIn(header: string): Preference[] {
  return header.split(',').map(parsePreference)
}

function parsePreference(preference: string): Preference {
  const [name = '', ...parameters] = preference.split(';').map((part) => part.trim().toLowerCase())
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { name, quality: Number.isNaN(quality) ? 0 : quality }
}
