/**
 * TLS: what is read from files, checked, and read again when it changes; and the one place where channels begin, in plain text or
 * over TLS.
 *
 * <p>Read {@link io.titankv.client.tls.TlsFiles} and {@link io.titankv.client.tls.TlsStore} first.
 */
@NullMarked
package io.titankv.client.tls;

import org.jspecify.annotations.NullMarked;
