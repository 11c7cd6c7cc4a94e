/** Makes a text field as high as what is typed into it. */
export function growField(field: HTMLTextAreaElement): void {
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
