/**
 * The markup in an element, without comments, and with attributes and space between elements made even. Where a link leads, who
 * renders what is left out: it differs on purpose. Empty without an element. It runs in the page.
 */
export function serializeView(view: Element | null): string {
  const write = (node: Node): string => {
    if (node instanceof Text) return node.data.replace(/\s+/g, ' ')
    if (!(node instanceof Element)) return ''
    const attributes = [...node.attributes].map(({ name, value }) => ` ${name}="${value}"`).sort()
    return `<${node.localName}${attributes.join('')}>${[...node.childNodes].map(write).join('')}</${node.localName}>`
  }
  const html = [...(view?.childNodes ?? [])].map(write).join('')
  return html.replace(/(href="\/c\/[\w-]+)[^"]*/g, '$1').replace(/\s*(<[^>]*>)\s*/g, '\n$1\n')
}
