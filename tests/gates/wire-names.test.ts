import { expect, it } from 'vitest'
import * as client from '../../packages/core/src/sources/http/wire-names'
import { eventNames, headerNames, mediaTypes } from '../../packages/server/src/http/wire-names'

it('the client and the server use the same names on the wire', () => {
  expect(client).toMatchObject({
    statusEvent: eventNames.status,
    endEvent: eventNames.end,
    epochHeader: headerNames.epoch,
    baseHeader: headerNames.base,
    sseType: mediaTypes.sse,
    framedType: mediaTypes.framed,
  })
  expect(Object.values(eventNames).sort()).toEqual([client.endEvent, client.statusEvent].sort())
})
