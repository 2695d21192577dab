package io.sallyport.loadtest.compare;

import java.nio.file.Path;

/** nginx, as a proxy and as a record system of prepared files. */
final class NginxConf {
  private NginxConf() {}

  /** TLS and forwarding, nothing else; tuned as one would who wants it to look good. */
  static String proxy(Path dir, ServerCertificate certificate, int port, int upstream) {
    return common(dir, "proxy")
        + """
              upstream ehr {
                server 127.0.0.1:%d;
                keepalive 64;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
              }
              server {
                listen 127.0.0.1:%d ssl backlog=1024;
                ssl_certificate %s;
                ssl_certificate_key %s;
                ssl_protocols TLSv1.3;
                ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
                ssl_ecdh_curve X25519;
                ssl_session_cache off;
                ssl_session_tickets off;
                location / {
                  proxy_pass http://ehr;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_buffer_size 16k;
                  proxy_buffers 8 16k;
                  proxy_busy_buffers_size 64k;
                  proxy_max_temp_file_size 0;
                }
              }
            }
            """
            .formatted(upstream, port, certificate.chain(), certificate.key());
  }

  /** Prepared answers. Written from memory, head and body at once, as a record system would. */
  static String upstream(Path dir, int port) {
    return common(dir, "upstream")
        + """
              server {
                listen 127.0.0.1:%d backlog=1024;
                root %s;
                location /fhir/Patient/ { try_files /patient.json =404; }
                location = /fhir/Observation { try_files /bundle-$arg__count.json =404; }
              }
            }
            """
            .formatted(port, dir.resolve("records"));
  }

  private static String common(Path dir, String name) {
    // Only a master that is root changes its workers' user, and warns when it is not.
    String user = System.getProperty("user.name");
    return (user.equals("root") ? "user root;\n" : "")
        + """
        daemon off;
        worker_processes 1;
        pid %1$s/nginx-%2$s.pid;
        error_log stderr error;
        events { worker_connections 4096; }
        http {
          access_log off;
          types {}
          default_type "application/fhir+json;charset=utf-8";
          client_body_temp_path %1$s/nginx-%2$s-tmp;
          proxy_temp_path %1$s/nginx-%2$s-tmp;
          fastcgi_temp_path %1$s/nginx-%2$s-tmp;
          uwsgi_temp_path %1$s/nginx-%2$s-tmp;
          scgi_temp_path %1$s/nginx-%2$s-tmp;
          keepalive_requests 1000000000;
          keepalive_timeout 1h;
          tcp_nodelay on;
          sendfile off;
          output_buffers 2 1m;
          open_file_cache max=16 inactive=1h;
        """
            .formatted(dir, name);
  }
}
