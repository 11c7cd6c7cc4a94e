/** Enter sends, Shift+Enter begins a line; while an input method is composing, Enter belongs to it. */
export function isSendKey({ key, shiftKey, isComposing }: KeyboardEvent): boolean {
  return key === 'Enter' && !shiftKey && !isComposing
}
