import { createFoldBy } from '../create-fold'
import type { Fold } from '../fold'
import { createStandingFold } from '../standing-fold'
import type { Message, Part } from './message'
import { messageRules } from './message-rules'

/**
 * A fold of marked text (docs/marks.md) to a message in the shape of the AI SDK's `UIMessage`. Parts that did not change are the same
 * objects as before. Text without marks is one text part.
 *
 * The type arguments are the types of your own parts and metadata, such as `UIMessagePart` of `ai`. They are not checked.
 */
export function message<OfPart = Part, Metadata = unknown>(): Fold<Message<OfPart, Metadata>> {
  return createFoldBy(messageRules, createStandingFold) as Fold<unknown> as Fold<Message<OfPart, Metadata>>
}

/** The same as {@link message}, for its parts alone. */
export function parts<OfPart = Part>(): Fold<readonly OfPart[]> {
  const value: (...args: Parameters<typeof messageRules.value>) => unknown = (...args) =>
    messageRules.value(...args).parts
  return createFoldBy({ ...messageRules, value }, createStandingFold) as Fold<unknown> as Fold<readonly OfPart[]>
}
