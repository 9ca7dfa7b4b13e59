package io.titankv.multiraft.host;

import java.util.List;

/**
 * Who is in a group. Immutable.
 *
 * @param voters those who count
 * @param learners those who only follow
 */
public record Membership(List<Member> voters, List<Member> learners) {
    public Membership {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
    }
}
