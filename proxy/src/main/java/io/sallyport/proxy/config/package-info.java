/**
 * Text to records to one immutable Snapshot, or every problem with its line. Only Appliance and cli
 * may know it.
 */
package io.sallyport.proxy.config;
