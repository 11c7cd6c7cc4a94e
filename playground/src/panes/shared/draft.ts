/** The question that is being typed. It is kept when another framework renders the pane. A page has one composer. */
export const draft = { text: '' }

/** Removes the sent text from the draft, and keeps the text that was typed since. */
export function clearSent(sent: string): string {
  if (draft.text.startsWith(sent)) draft.text = draft.text.slice(sent.length).trimStart()
  return draft.text
}
