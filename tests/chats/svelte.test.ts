import { describeChats } from './describe-chats'

describeChats('svelte')
