import { useMemo } from 'react'
import type { Chat } from '../../shared/chat'
import type { PaneMessage } from '../panes/pane-view'
import type { PaneKind } from '../route/route'
import { isAsked } from './asked'

/** The messages of a conversation for one pane. Only the driver's pane drives the questions asked in this page. */
export function usePaneMessages(chat: Chat | undefined, kind: PaneKind): readonly PaneMessage[] | undefined {
  return useMemo(
    () => chat?.messages.map((message) => ({ ...message, isDriven: kind === 'driver' && isAsked(message.streamId) })),
    [chat, kind],
  )
}
