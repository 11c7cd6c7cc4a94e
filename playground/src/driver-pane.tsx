import { useStream } from '@keepstream/react'
import type { Message } from '../shared/chat'
import { isAsked } from './asked'
import { driverClient } from './clients'
import { Composer } from './composer'
import { Conversation } from './conversation'
import { EmptyState } from './empty-state'
import { Pane } from './pane'

export interface DriverPaneProps {
  readonly chatId: string | undefined
  /** `undefined` while they are loaded. */
  readonly messages: readonly Message[] | undefined
  readonly isShown: boolean
  /** What keeps the last question from being asked, if anything. */
  readonly problem: string | undefined
  readonly onAsk: (prompt: string) => Promise<boolean>
}

/** Asks, and reads the answers over the connection that drives them. */
export function DriverPane({ chatId, messages, isShown, problem, onAsk }: DriverPaneProps) {
  return (
    <Pane
      id="driver"
      kind="driver"
      title="Driver"
      subtitle="streams over HTTP"
      isShown={isShown}
      footer={<DriverFoot streamId={messages?.at(-1)?.streamId} problem={problem} onAsk={onAsk} />}
    >
      <Conversation key={chatId ?? ''} client={driverClient} messages={messages ?? []} canDrive>
        {messages !== undefined && <EmptyState onAsk={onAsk} />}
      </Conversation>
    </Pane>
  )
}

interface DriverFootProps extends Pick<DriverPaneProps, 'problem' | 'onAsk'> {
  readonly streamId: string | undefined
}

/** Apart from the pane, so that a frame of text renders the foot and its answer, and not the whole conversation. */
function DriverFoot({ streamId, problem, onAsk }: DriverFootProps) {
  const { status, stop } = useStream(driverClient, streamId, { driven: streamId !== undefined && isAsked(streamId) })
  const isRunning = streamId !== undefined && (status === 'pending' || status === 'streaming')
  return (
    <>
      <Composer isRunning={isRunning} problem={problem} onAsk={onAsk} onStop={stop} />
      <p className="visually-hidden" role="status">
        {streamId === undefined ? '' : `The answer is ${status}.`}
      </p>
    </>
  )
}
