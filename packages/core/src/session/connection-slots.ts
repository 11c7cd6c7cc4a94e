/** The connection of one reader: it is open, or waits for a slot. */
export interface Slot {
  /** A slot is free: opens the connection. */
  begin(): void
  /** The reader is caught up, and its slot goes to another: closes the connection. The reader waits for a slot again. */
  end(): void
  /** The reader has read all there was. */
  isCaughtUp?: boolean
  /** The reader has had its slot for a whole turn or, without a slot, has waited for as long. */
  isTurnOver?: boolean
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
  turnOver(slot: Slot): void
  /** Does one short read for a reader that waits, once those before it have ended. `read` never rejects. */
  readInTurn<Result>(read: () => Promise<Result>): Promise<Result>
}

/**
 * Keeps the number of open connections below what a browser allows for one server: a page that uses them all cannot even
 * send a stop. A free slot goes to the follower that has waited longest. If none is free, a follower that has waited for a
 * whole turn gets the slot of the one that has had it longest, for at least a turn, and is caught up. While drives use
 * slots, followers that are caught up free theirs at once. At least one follower reads, however many streams are driven.
 *
 * `max` is read each time, because a page may learn late which protocol its server speaks.
 */
export function createConnectionSlots(max: () => number): ConnectionSlots {
  const waiting = new Set<Slot>()
  const held = new Set<Slot>()
  let drivers = 0
  let lastRead: Promise<unknown> = Promise.resolve()

  function assign() {
    while (waiting.size || drivers) {
      const limit = Math.max(1, max() - drivers)
      const [next] = waiting
      const isFull = held.size >= limit
      const isDue = next?.isTurnOver
      const last = [...held].find((one) => one.isCaughtUp && (held.size > limit || (isDue && one.isTurnOver)))
      if (isFull && last) {
        held.delete(last)
        last.end()
      } else if (!isFull && next) {
        waiting.delete(next)
        held.add(next)
        next.isTurnOver = false
        next.begin()
      } else return
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
        if (waiting.delete(slot) || held.delete(slot)) assign()
      }
    },
    caughtUp(slot) {
      if (slot.isCaughtUp) return
      slot.isCaughtUp = true
      assign()
    },
    turnOver(slot) {
      slot.isTurnOver = true
      assign()
    },
    readInTurn(read) {
      const result = lastRead.then(read)
      // The page may know the protocol of the server now.
      lastRead = result.then(assign)
      return result
    },
  }
}
