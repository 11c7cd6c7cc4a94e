/** Where a section of the documentation can be read in the playground. */
export function libraryUrl(file: string, slug: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/')
  return `/library/${path}${slug === '' ? '' : `#${encodeURIComponent(slug)}`}`
}
