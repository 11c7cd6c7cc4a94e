import { describeChats } from './describe-chats'

describeChats('react')
