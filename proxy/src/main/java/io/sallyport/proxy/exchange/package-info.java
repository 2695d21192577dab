/**
 * The core: the stages of an exchange, their types and their order. It may hold Netty values, never
 * channels.
 */
package io.sallyport.proxy.exchange;
