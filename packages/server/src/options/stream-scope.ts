import { invalid, type OptionCheck } from './check-options'

/** Whose streams: those of an owner, of a group, or of both at once, as `createStream` got them. At least one is required. */
export interface StreamScope {
  /** Whose stream it is, such as a user's id: 1 to 256 UTF-16 code units without U+0000. */
  readonly owner?: string | undefined
  /** What it belongs to, such as a conversation: the same. */
  readonly group?: string | undefined
}

const name: OptionCheck<string | undefined> = (given, option) => {
  const isName = typeof given === 'string' && given !== '' && given.length <= 256 && !/[\0\p{Cs}]/u.test(given)
  return given === undefined || isName
    ? (given as string | undefined)
    : invalid(option, 'pass 1 to 256 characters without U+0000, or leave it out')
}

/** The checks of both names, for a table of options. */
export const scopeTable = { owner: name, group: name }

/** @throws {StreamServerError} `invalid-option` if there is neither an owner nor a group */
export function requireScope({ owner, group }: StreamScope, call: string): void {
  if (owner === undefined && group === undefined) invalid('owner', `${call} needs an owner or a group`)
}
