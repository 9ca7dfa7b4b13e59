/** How the records of ranges get from one shard to another: exports on one node, the copying on another. */
@NullMarked
package io.titankv.multiraft.transfer;

import org.jspecify.annotations.NullMarked;
