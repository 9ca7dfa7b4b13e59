package io.titankv.multiraft.host;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A sender that does nothing but remember what it was told. */
final class RecordingSender implements AppendLink.Sender {
    final List<AppendAnswer> answers = new CopyOnWriteArrayList<>();
    final AtomicInteger broken = new AtomicInteger();
    final AtomicInteger ticks = new AtomicInteger();
    final AtomicInteger ready = new AtomicInteger();

    /** The breaks that were told of when the link became ready. */
    volatile int brokenBeforeReady;

    @Override
    public void onReply(AppendAnswer.Reply answer) {
        answers.add(answer);
        if (answer.reply().getMatchIndex() < 0) {
            throw new IllegalStateException("as asked for");
        }
    }

    @Override
    public void onFailure(AppendAnswer.Failure failure) {
        answers.add(failure);
    }

    @Override
    public void onBroken() {
        broken.incrementAndGet();
    }

    @Override
    public void onReady() {
        brokenBeforeReady = broken.get();
        ready.incrementAndGet();
    }

    @Override
    public void onTick(long early) {
        ticks.addAndGet((int) early);
    }

    List<Long> answered() {
        return answers.stream().map(AppendAnswer::callId).toList();
    }
}
