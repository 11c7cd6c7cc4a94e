/** The question that is being typed, kept while another framework takes the pane over. A page has one composer. */
export const draft = { text: '' }

/** Takes what was sent off the draft, and leaves what was typed since. */
export function clearSent(sent: string): string {
  if (draft.text.startsWith(sent)) draft.text = draft.text.slice(sent.length).trimStart()
  return draft.text
}
