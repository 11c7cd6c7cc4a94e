import { mount, unmount } from 'svelte'
import { loadChat } from '../load-chat'
import Chat from './chat.svelte'

const options = await loadChat()
const target = document.querySelector('body > div') as HTMLElement
const chat = mount(Chat, { target, props: { options, onLeave: () => void unmount(chat) } })
