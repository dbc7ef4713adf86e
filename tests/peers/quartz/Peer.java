// Quartz on the other end of a pipe: cron expressions come in, the moments they fire at go out. One line each.
//
// In:  <milliseconds since 1970> TAB <time zone> TAB <how many> TAB <expression>
// Out: times TAB <seconds since 1970> TAB ...   fewer than asked for when there are no more
//      failure TAB <reason>
//      broken TAB <exception>        it took the expression and fails over it

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

public final class Peer {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t", 4);
            out.print(answer(Long.parseLong(parts[0]), parts[1], Integer.parseInt(parts[2]), parts[3]) + "\n");
            out.flush();
        }
    }

    private static String answer(long after, String zone, int count, String text) {
        CronExpression expression;
        try {
            expression = new CronExpression(text);
        } catch (Exception error) {
            return "failure\t" + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
        expression.setTimeZone(TimeZone.getTimeZone(zone));
        StringBuilder line = new StringBuilder("times");
        Date moment = new Date(after);
        for (int found = 0; found < count; found++) {
            try {
                moment = expression.getNextValidTimeAfter(moment);
            } catch (RuntimeException error) {
                return "broken\t" + error;
            }
            if (moment == null) {
                break;
            }
            line.append('\t').append(moment.getTime() / 1000);
        }
        return line.toString();
    }
}
