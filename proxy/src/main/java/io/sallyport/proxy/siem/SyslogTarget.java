package io.sallyport.proxy.siem;

/**
 * Where a syslog receiver is.
 *
 * @param host its name, which its certificate must have
 * @param port 6514 where nothing else is said (RFC 5425)
 */
public record SyslogTarget(String host, int port) {}
