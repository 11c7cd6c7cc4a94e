import { SourceError, StreamError } from '../../errors'

/** The longest text of a Keepstream server with default options, in UTF-16 code units. */
const DEFAULT = 4_194_304

/** Checks the bound of a source once. JSON may need six characters for each code unit, as in `\uXXXX`. */
export function createBound(maxLength = DEFAULT): Bound {
  if (!(maxLength >= 1)) throw new StreamError('invalid-option', '`maxLength` must be a number of code units, from 1')
  const check = (limit: number) => (length: number) => {
    if (length > limit)
      throw new SourceError(
        'server',
        `a response is longer than the ${limit} characters that \`maxLength\` (${maxLength}) allows`,
      )
  }
  return { checkText: check(maxLength), checkJson: check(6 * maxLength + 65_536) }
}

export interface Bound {
  /** @throws {SourceError} `server`, naming the bound, if a text is longer */
  checkText(length: number): void
  checkJson(length: number): void
}
