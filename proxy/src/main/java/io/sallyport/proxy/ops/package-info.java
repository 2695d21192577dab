/** Health, metrics and logs, on their own address. */
package io.sallyport.proxy.ops;
