/** The streams whose questions were asked in this page since it was loaded. They are driven, and all others are followed. */
const asked = new Set<string>()

export function markAsked(streamId: string): void {
  asked.add(streamId)
}

export function isAsked(streamId: string): boolean {
  return asked.has(streamId)
}
