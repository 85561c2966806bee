package lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Asks a path three ways on 127.0.0.1 and reads the raw header lines. */
final class Asker {
    private static final String FORWARDED = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n";
    private final Container container;
    private final SSLContext ssl = SSLContext.getInstance("TLS");

    Asker(Container container) throws Exception {
        this.container = container;
        ssl.init(null, new TrustManager[] {new AnyCertificate()}, null);
    }

    /** The certificate is the lab's own throw-away one. */
    private static final class AnyCertificate implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** `reason` is why the application did not start, where it did not. */
    void ask(String path, String origin, String reason, List<Object> answers) throws IOException {
        for (String way : List.of("http", "proxy", "tls")) {
            Main.error = null;
            List<String> head = head(path, way);
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("origin", origin);
            answer.put("way", way);
            answer.put("status", Integer.valueOf(head.get(0).split(" ")[1]));
            answer.put("lines", head.stream().filter(line -> line.regionMatches(true, 0, "Set-Cookie:", 0, 11))
                .map(line -> line.substring(11).strip()).toList());
            if (Main.error != null || reason != null) answer.put("error", reason == null ? Main.say(Main.error) : reason);
            answers.add(answer);
        }
    }

    private List<String> head(String path, String way) throws IOException {
        boolean secure = way.equals("tls");
        try (Socket socket = secure
                ? ssl.getSocketFactory().createSocket("127.0.0.1", container.https())
                : new Socket("127.0.0.1", container.http())) {
            socket.setSoTimeout(10_000);
            String request = "GET " + path + " HTTP/1.1\r\nHost: app.example\r\nCookie: seen=1\r\nConnection: close\r\n"
                + (way.equals("proxy") ? FORWARDED : "") + "\r\n";
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            int end = answer.indexOf("\r\n\r\n");
            return List.of((end < 0 ? answer : answer.substring(0, end)).split("\r\n"));
        }
    }
}
