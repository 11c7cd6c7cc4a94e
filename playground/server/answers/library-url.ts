/** The path of a section of the documentation in the playground. */
export function libraryUrl(file: string, slug: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/')
  return `/library/${path}${slug === '' ? '' : `#${encodeURIComponent(slug)}`}`
}
