/** One reader's connection, held or waited for. */
export interface Slot {
  /** There is room: the connection may be opened. */
  begin(): void
  /** It has what there was to read, and others wait: it is to be closed, and to ask again later. */
  end(): void
  isCaughtUp?: boolean
}

/** Who may hold a connection. An undo is called once. */
export interface ConnectionSlots {
  /** Those who drive never wait, and leave the others less room. */
  drive(): () => void
  follow(turn: Slot): () => void
  /** A connection was held back on its way, and none has proven since that it is not. */
  isHeld: boolean
  /** The turn has brought what there was to read: it may be another's. */
  caughtUp(turn: Slot): void
}

/**
 * Keeps the connections a client holds open below what a browser allows for one server: a page that holds them all cannot
 * even send a stop. Followers wait in the order they came. While one waits, whoever was fed makes room, so that all of them
 * take turns; at least one follower reads, however many drive.
 */
export function createConnectionSlots(max: number): ConnectionSlots {
  const waiting = new Set<Slot>()
  const held = new Set<Slot>()
  let drivers = 0

  function settle() {
    const room = Math.max(1, max - drivers)
    for (const turn of held) {
      if (turn.isCaughtUp && held.size + waiting.size > room) {
        held.delete(turn)
        turn.end()
      }
    }
    for (const turn of waiting) {
      if (held.size >= room) return
      waiting.delete(turn)
      held.add(turn)
      turn.begin()
    }
  }

  return {
    isHeld: false,
    drive() {
      drivers++
      settle()
      return () => {
        drivers--
        settle()
      }
    },
    follow(turn) {
      waiting.add(turn)
      settle()
      return () => {
        waiting.delete(turn)
        if (held.delete(turn)) settle()
      }
    },
    caughtUp(turn) {
      turn.isCaughtUp = true
      settle()
    },
  }
}
