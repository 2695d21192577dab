/**
 * Non-interference: the same request against two record systems that differ only in what the caller
 * may not see is answered with the same status, headers and body, byte for byte. A {@link
 * io.sallyport.proxy.noninterference.MemoryEhr} with real search holds a {@link
 * io.sallyport.proxy.noninterference.World}; {@link io.sallyport.proxy.noninterference.Twin} makes
 * the other world, {@link io.sallyport.proxy.noninterference.Grammar} the requests.
 */
package io.sallyport.proxy.noninterference;
