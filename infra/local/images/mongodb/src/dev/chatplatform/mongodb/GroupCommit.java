package dev.chatplatform.mongodb;

/** One commit serves all who wait for it: whoever writes while a commit runs shares the next one. */
final class GroupCommit {
    private final Runnable commit;
    private long begun;
    private long finished;
    private boolean running;

    GroupCommit(Runnable commit) {
        this.commit = commit;
    }

    /** Returns when a commit that began after this call has ended. */
    void await() {
        long mine;
        synchronized (this) {
            mine = begun + 1;
            while (running && finished < mine) {
                waitForNews();
            }
            if (finished >= mine) {
                return;
            }
            running = true;
            begun++;
        }
        try {
            commit.run();
        } finally {
            synchronized (this) {
                finished = begun;
                running = false;
                notifyAll();
            }
        }
    }

    private void waitForNews() {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a commit", e);
        }
    }
}
