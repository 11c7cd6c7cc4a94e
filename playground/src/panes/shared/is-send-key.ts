/**
 * Enter sends, and Shift+Enter begins a new line. While an input method is composing, Enter belongs to it. Safari ends the
 * composition before it sends the event for that Enter, and only the key code 229 marks it.
 */
export function isSendKey({ key, keyCode, shiftKey, isComposing }: SendKeyFacts): boolean {
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229
}

type SendKeyFacts = Pick<KeyboardEvent, 'key' | 'keyCode' | 'shiftKey' | 'isComposing'>
