/** The connection of one reader: it is open, or waits for a slot. */
export interface Slot {
  /** A slot is free: opens the connection. */
  begin(): void
  /** The reader is caught up, and others wait: closes the connection. The reader polls again later. */
  end(): void
  /** The reader has read all there was. */
  isCaughtUp?: boolean
}

/** Limits how many connections of a client are open. Each returned function frees its slot, and is called once. */
export interface ConnectionSlots {
  /** A drive never waits. It takes a slot that followers then do not have. */
  drive(): () => void
  follow(slot: Slot): () => void
  /** A proxy held a connection back, and no connection has proven since that it gets through. */
  isHeld: boolean
  /** This reader has read all there was, so that its slot may go to another one. */
  caughtUp(slot: Slot): void
}

/**
 * Keeps the number of open connections below what a browser allows for one server: a page that uses them all cannot even
 * send a stop. Followers wait in the order in which they came. While one waits, followers that are caught up free their
 * slots. At least one follower reads, however many streams are driven.
 */
export function createConnectionSlots(max: number): ConnectionSlots {
  const waiting = new Set<Slot>()
  const held = new Set<Slot>()
  let drivers = 0

  function assign() {
    const limit = Math.max(1, max - drivers)
    for (const slot of held) {
      if (slot.isCaughtUp && held.size + waiting.size > limit) {
        held.delete(slot)
        slot.end()
      }
    }
    for (const slot of waiting) {
      if (held.size >= limit) return
      waiting.delete(slot)
      held.add(slot)
      slot.begin()
    }
  }

  return {
    isHeld: false,
    drive() {
      drivers++
      assign()
      return () => {
        drivers--
        assign()
      }
    },
    follow(slot) {
      waiting.add(slot)
      assign()
      return () => {
        waiting.delete(slot)
        if (held.delete(slot)) assign()
      }
    },
    caughtUp(slot) {
      slot.isCaughtUp = true
      assign()
    },
  }
}
