import { mount, unmount } from 'svelte'
import { loadChat } from '../chat'
import Chat from './chat.svelte'

const options = await loadChat()
const target = document.querySelector('main') as HTMLElement
const chat = mount(Chat, { target, props: { options, onLeave: () => void unmount(chat) } })
