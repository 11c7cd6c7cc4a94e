import { SourceError, StreamError } from '../../errors'

/** What a Keepstream server takes of one text, unless it is told otherwise, in UTF-16 code units. */
const DEFAULT = 4_194_304

/** The bound of a source, checked once. Of JSON six characters are read for each code unit, as `\uXXXX` takes them. */
export function createBound(maxLength = DEFAULT): Bound {
  if (!(maxLength >= 1)) throw new StreamError('invalid-option', '`maxLength` must be a number of code units, from 1')
  const check = (limit: number) => (length: number) => {
    if (length > limit)
      throw new SourceError(
        'server',
        `an answer is longer than the ${limit} characters that \`maxLength\` (${maxLength}) allows`,
      )
  }
  return { checkText: check(maxLength), checkJson: check(6 * maxLength + 65_536) }
}

export interface Bound {
  /** @throws {SourceError} `server`, naming the bound, where a text is longer */
  checkText(length: number): void
  checkJson(length: number): void
}
