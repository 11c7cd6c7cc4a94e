/**
 * Enter sends, Shift+Enter begins a line; while an input method is composing, Enter belongs to it. Safari ends the
 * composition before it tells of the Enter that ended it, and marks that key by the code 229 alone.
 */
export function isSendKey({ key, keyCode, shiftKey, isComposing }: SendKeyFacts): boolean {
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229
}

type SendKeyFacts = Pick<KeyboardEvent, 'key' | 'keyCode' | 'shiftKey' | 'isComposing'>
