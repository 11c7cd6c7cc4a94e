/** The question that is being typed, kept while another framework takes the pane over. A page has one composer. */
export const draft = { text: '' }
