/** What leaves for a SIEM: follows the journal, and is on no request's path. */
package io.sallyport.proxy.siem;
