/** A cluster made of fakes behind real sockets, as strict as the real one, for the client's tests. */
@NullMarked
package io.titankv.client.testing;

import org.jspecify.annotations.NullMarked;
